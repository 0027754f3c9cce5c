"""deident inside other programs.  Each module imports its host; nobody imports these modules."""
