import { app } from '@azure/functions';
import { runtime } from '../shared/runtime.ts';

app.storageQueue('record-alerts', {
  queueName: runtime.names.queues.verdicts,
  connection: 'AzureWebJobsStorage',
  handler: (message, context) => runtime.recordAlerts(message, context),
});
