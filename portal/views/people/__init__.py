"""People of an organization: the matrix, one person, grants, roles, teams and named groups."""
