"""Under what conditions labels were made: pay, time, speed, hours."""
