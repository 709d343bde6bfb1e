"""Files of sales that people upload: read as values, never as programs, and checked whole before anything is written.

Pure: nothing here knows the database. `reading.check` is the door; what comes out stands in `content`.
"""
