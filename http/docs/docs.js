SwaggerUIBundle({
  dom_id: '#reference',
  url: '/openapi.json',
  validatorUrl: null, // it would be another host
  deepLinking: true,
  displayOperationId: true,
  displayRequestDuration: true,
  docExpansion: 'list',
  defaultModelsExpandDepth: 0,
  filter: true,
  tryItOutEnabled: true,
});
