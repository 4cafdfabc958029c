"""What many users at once need: turns, queued jobs, shared work, a child process."""
