"""Questions about a trace."""
