"""What both interfaces share: Falcon brings no template engine, its documentation shows Jinja2."""

from harness_data import TEMPLATES
from jinja2 import Environment, FileSystemLoader

fortunes = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True).get_template("fortunes.html")
