"""The console: pages in a browser for those who use and operate a deployment."""
