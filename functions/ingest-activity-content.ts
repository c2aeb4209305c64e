import { app } from '@azure/functions';
import { runtime } from '../shared/runtime.ts';

app.http('ingest-activity-content', {
  methods: ['POST'],
  authLevel: 'anonymous',
  route: 'activity/{tenantId}',
  handler: () => runtime.answerNotThereYet(),
});
