import { app } from '@azure/functions';
import { runtime } from '../shared/runtime.ts';

app.http('ingest-change-notifications', {
  methods: ['POST'],
  authLevel: 'anonymous',
  route: 'notifications/{tenantId}',
  handler: () => runtime.answerNotThereYet(),
});
