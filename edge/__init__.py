"""The lean runtime that runs beside the line: NumPy, OpenCV and one inference engine.

``edge`` never imports ``train``, ``export`` or ``benchmarks``.
"""

__version__ = "0.1.0"
