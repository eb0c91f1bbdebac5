// Starts Swagger UI; requests from the page carry the session's CSRF token and a new idempotency key.
const place = document.getElementById("swagger-ui");
SwaggerUIBundle({
  url: place.dataset.schemaUrl,
  dom_id: "#swagger-ui",
  deepLinking: true,
  docExpansion: "none",
  filter: true,
  validatorUrl: null,
  requestInterceptor: (request) => {
    request.headers["X-CSRFToken"] = place.dataset.csrfToken;
    return request;
  },
});
