import { app } from '@azure/functions';
import { runtime } from '../shared/runtime.ts';

app.http('ingest-change-notifications', {
  methods: ['POST'],
  authLevel: 'anonymous',
  route: runtime.names.openRoutes.changeNotifications,
  handler: () => runtime.answerNotThereYet(),
});
