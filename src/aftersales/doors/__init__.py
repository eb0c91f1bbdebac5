"""The request layer, once for pages and API: who acts, when, under which key and version, and how a refusal is told."""
