import { app } from '@azure/functions';
import { runtime } from '../shared/runtime.ts';

app.storageQueue('collect', {
  queueName: runtime.names.queues.collect,
  connection: 'AzureWebJobsStorage',
  handler: (message, context) => runtime.collect(message, context),
});
