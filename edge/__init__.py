"""The lean runtime that runs beside the line: NumPy, OpenCV and one inference engine.

``edge`` never imports ``train``, ``export`` or ``benchmarks``. It logs to the logger ``edge`` and
its children, and is silent until a program configures ``logging``, as the command does.
"""

__version__ = "0.1.0"
