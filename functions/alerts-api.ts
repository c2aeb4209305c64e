import { app } from '@azure/functions';
import { runtime } from '../shared/runtime.ts';

app.http('alerts-api', {
  methods: ['GET', 'POST'],
  authLevel: 'anonymous',
  route: 'alerts/{id?}/{command?}',
  handler: (request, context) => runtime.answerAlerts(request, context),
});
