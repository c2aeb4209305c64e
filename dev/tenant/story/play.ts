import type { AuditLogs } from '../audit-logs.ts';
import { contoso } from './contoso.ts';
import { noise } from './noise.ts';
import { type Scene, scenes } from './scenes.ts';

interface StoryState {
  playing: boolean;
  /** How often it was begun. */
  plays: number;
  /** Title of the scene that was played last. */
  scene?: string;
  /** Number of scenes played in this play, and of all. */
  played: number;
  scenes: number;
}

export interface StoryPlayer {
  /** Begins, or begins again; resolves when the last scene is played or the play is broken off. */
  play(): Promise<void>;
  stop(): void;
  state(): StoryState;
}

export interface StoryOptions {
  logs: AuditLogs;
  now: () => number;
  /** 1 is real time; `Infinity` plays every scene at once, in order. */
  speed: number;
}

const secondsBetweenNoise = 3;

/** The scenes with noise between them, in order. */
function programme(): Scene[] {
  const end = Math.max(...scenes.map(({ second }) => second));
  const moments = Array.from({ length: Math.floor(end / secondsBetweenNoise) }, (_, index) => index + 1);
  const quiet = moments.map((moment) => ({
    second: moment * secondsBetweenNoise,
    title: '',
    happen: (now: number) => [noise(now)],
  }));
  return [...scenes, ...quiet].sort((one, other) => one.second - other.second);
}

/** Plays the story into the logs of Contoso, each scene at its second with the time of that moment. */
export function createStoryPlayer({ logs, now, speed }: StoryOptions): StoryPlayer {
  const state: StoryState = { playing: false, plays: 0, played: 0, scenes: scenes.length };
  let timer: NodeJS.Timeout | undefined;
  let breakOff = (): void => undefined;

  const stop = (): void => {
    clearTimeout(timer);
    state.playing = false;
    breakOff();
  };

  const perform = (scene: Scene): void => {
    const tenant = logs.open(contoso);
    for (const records of scene.happen(now())) tenant.deposit(records);
    if (scene.title === '') return;
    state.scene = scene.title;
    state.played += 1;
  };

  return {
    stop,
    state: () => ({ ...state }),
    play() {
      stop();
      Object.assign(state, { playing: true, plays: state.plays + 1, played: 0 });
      const ended = new Promise<void>((resolve) => {
        breakOff = resolve;
      });
      const rest = programme();
      let second = 0;
      const next = (): void => {
        const scene = rest.shift();
        if (scene === undefined) {
          stop();
          return;
        }
        const wait = ((scene.second - second) * 1000) / speed;
        second = scene.second;
        timer = setTimeout(() => {
          perform(scene);
          next();
        }, wait);
      };
      next();
      return ended;
    },
  };
}
