"""Direct democracy and the commons of a commune. `core` decides, `apps` are what people see, `web` is the frame."""

__version__ = "0.1.0"
