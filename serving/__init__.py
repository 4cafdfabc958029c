"""What stands between strangers and the app: gates for requests, and housekeeping."""
