import { app } from '@azure/functions';
import { runtime } from '../shared/runtime.ts';

app.http('ingest-activity-content', {
  methods: ['POST'],
  authLevel: 'anonymous',
  route: runtime.names.openRoutes.activityContent,
  handler: () => runtime.answerNotThereYet(),
});
