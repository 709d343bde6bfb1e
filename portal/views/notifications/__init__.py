"""Pages of what a person is told: the list, its settings, snoozing, and following an object."""
