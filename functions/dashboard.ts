import { app } from '@azure/functions';
import { runtime } from '../shared/runtime.ts';

app.http('dashboard', {
  methods: ['GET'],
  authLevel: 'anonymous',
  route: 'dashboard',
  handler: (request) => runtime.answerDashboard(request),
});
