"""A candidate policy beside the active one: the router's own engine replayed from the log, which never acts."""
