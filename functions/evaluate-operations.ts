import { app } from '@azure/functions';
import { runtime } from '../shared/runtime.ts';

app.storageQueue('evaluate-operations', {
  queueName: runtime.names.queues.evaluateOperations,
  connection: 'AzureWebJobsStorage',
  handler: runtime.evaluateSubjects('operations'),
});
