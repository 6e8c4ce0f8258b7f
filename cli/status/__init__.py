"""The command that shows a deployment on one screen."""
