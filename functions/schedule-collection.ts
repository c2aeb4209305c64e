import { app } from '@azure/functions';
import { runtime } from '../shared/runtime.ts';

app.timer('schedule-collection', {
  schedule: '0 */5 * * * *',
  handler: (timer, context) => runtime.scheduleCollection(timer, context),
});
