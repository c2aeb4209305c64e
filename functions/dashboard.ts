import { app } from '@azure/functions';
import { runtime } from '../shared/runtime.ts';

app.http('dashboard', {
  methods: ['GET'],
  authLevel: 'anonymous',
  route: 'dashboard',
  handler: (request, context) => runtime.answerDashboard(request, context),
});
