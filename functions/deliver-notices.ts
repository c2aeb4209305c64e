import { app } from '@azure/functions';
import { runtime } from '../shared/runtime.ts';

app.storageQueue('deliver-notices', {
  queueName: runtime.names.queues.notices,
  connection: 'AzureWebJobsStorage',
  handler: (message, context) => runtime.deliverNotices(message, context),
});
