"""One file per kind of mirrored object."""
