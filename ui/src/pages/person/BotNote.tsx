// Says that this is no person, and what follows from it.

import { IconRobot } from '@tabler/icons-react';
import { Note } from '../../parts/Note.tsx';

export function BotNote() {
  return (
    <Note icon={<IconRobot size={17} aria-hidden />}>
      This looks like a program: the visits below say why. It is in no list, no training and no scoring.
    </Note>
  );
}
