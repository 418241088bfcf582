"""Data readers, networks, training and evaluation. The package logs to the logger ``train``."""

import logging

logging.getLogger(__name__).addHandler(logging.NullHandler())
