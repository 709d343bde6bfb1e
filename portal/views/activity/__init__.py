"""Pages and files of the record: what was done, by whom, and whether anybody has touched what stands there."""
