"""The search engine on Whoosh."""
