"""The demo catalog: music that the project writes, plays, encodes and tags by itself."""
