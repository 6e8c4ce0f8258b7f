"""Dashboards as code: boards.py says what they show, generate.py writes what Grafana reads."""
