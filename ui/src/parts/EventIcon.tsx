// The picture of an event: one per kind of the catalogue, a dot for custom ones.

import {
  IconArrowBackUp,
  IconBasketMinus,
  IconBell,
  IconCreditCard,
  IconEye,
  IconFileText,
  IconHeart,
  IconHelpCircle,
  IconLogin2,
  IconMail,
  IconPointer,
  IconPointFilled,
  IconSearch,
  IconShoppingCartPlus,
  IconStar,
  IconUserPlus,
  IconVideo,
} from '@tabler/icons-react';

// Matched in order against the canonical name, the more particular first.
const pictures: [RegExp, typeof IconEye][] = [
  [/refund|return/, IconArrowBackUp],
  [/remove.*cart|cart.*remove/, IconBasketMinus],
  [/cart/, IconShoppingCartPlus],
  [/purchase|order|checkout|payment/, IconCreditCard],
  [/search/, IconSearch],
  [/mail/, IconMail],
  [/push|notification/, IconBell],
  [/wish|favou?rite|like|share/, IconHeart],
  [/review|rating/, IconStar],
  [/sign_?up|register|identify/, IconUserPlus],
  [/log_?in|alias/, IconLogin2],
  [/video|play/, IconVideo],
  [/click|scroll|hover/, IconPointer],
  [/support|help|chat/, IconHelpCircle],
  [/product/, IconEye],
  [/page|screen|category/, IconFileText],
];

export function EventIcon({ event }: { event: string }) {
  const [, Picture] = pictures.find(([pattern]) => pattern.test(event.toLowerCase())) ?? [null, IconPointFilled];
  return <Picture size={15} stroke={1.75} aria-hidden />;
}
