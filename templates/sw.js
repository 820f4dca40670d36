// The service worker: which files are the frame of the pages, and the scripts that keep it.
self.SHELL = {{ shell|safe }};
importScripts(...{{ scripts|safe }});
