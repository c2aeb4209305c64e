import { app } from '@azure/functions';
import { runtime } from '../shared/runtime.ts';

app.http('history-api', {
  methods: ['GET'],
  authLevel: 'anonymous',
  route: 'history/{tenantId}/{user}',
  handler: (request, context) => runtime.answerHistory(request, context),
});
