"""Queues and sends e-mails and letters. The queue holds references, never an address, a code or a tracker."""
