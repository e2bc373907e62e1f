"""Tables, annotation logs and named datasets coming in; foreign names stay at this border."""
