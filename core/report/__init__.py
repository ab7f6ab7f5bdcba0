"""What leaves the program: tables as files (`export`), decisions as records (`record`; in print `html`, `markdown`)."""
