"""Policy packs: the city's rules as data, and the reader that refuses a broken one whole."""
