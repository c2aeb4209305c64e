import { app } from '@azure/functions';
import { runtime } from '../shared/runtime.ts';

app.http('coverage-api', {
  methods: ['GET'],
  authLevel: 'anonymous',
  route: 'coverage',
  handler: (request, context) => runtime.answerCoverage(request, context),
});
