"""People and programs that sign in: accounts, their sessions, their roles."""
