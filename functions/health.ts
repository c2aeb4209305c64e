import { app } from '@azure/functions';
import { runtime } from '../shared/runtime.ts';

app.http('health', {
  methods: ['GET'],
  authLevel: 'anonymous',
  route: runtime.names.openRoutes.health,
  handler: () => runtime.answerHealth(),
});
