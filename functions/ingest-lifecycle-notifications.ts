import { app } from '@azure/functions';
import { runtime } from '../shared/runtime.ts';

app.http('ingest-lifecycle-notifications', {
  methods: ['POST'],
  authLevel: 'anonymous',
  route: runtime.names.openRoutes.lifecycleNotifications,
  handler: () => runtime.answerNotThereYet(),
});
