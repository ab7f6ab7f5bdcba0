"""What leaves the program: tables as files."""
