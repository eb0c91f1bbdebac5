"""The UI kit: base pages, components, form fields and the htmx rules that every screen uses. It owns no models.

It knows nothing of the trade: what it shows is handed to it as rows (`web.rows`), and what the frame needs from the
rooms above (navigation, unread count, station name) is named by `settings.WEB_NAVIGATION`.
"""
