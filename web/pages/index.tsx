import Head from "next/head";
import { useState } from "react";
import { AskFromHome } from "@/components/ask-from-home";
import { MenuCard } from "@/components/menu-card";
import { Notice } from "@/components/notice";
import { OrdersCard } from "@/components/orders-card";
import { RangePicker } from "@/components/range-picker";
import { RevenueCard } from "@/components/revenue-card";
import { type Restaurant, useAccount } from "@/lib/account";
import { longDay } from "@/lib/format";
import { type Range, rangeOf } from "@/lib/range";
import { text } from "@/lib/strings";

export default function Home() {
  const { data, error, mutate } = useAccount();
  return (
    <div className="h-full overflow-y-auto">
      <Head>
        <title>{`${text.home.title} · ${text.product}`}</title>
      </Head>
      <div className="mx-auto flex max-w-6xl flex-col gap-6 px-4 py-6 md:px-8 md:py-10">
        {error && !data && (
          <Notice
            tone="bad"
            action={
              <button type="button" className="button-quiet h-9" onClick={() => mutate()}>
                {text.home.retry}
              </button>
            }
          >
            {error.message}
          </Notice>
        )}
        {data ? <Numbers restaurant={data.restaurant} /> : !error && <Skeleton />}
      </div>
    </div>
  );
}

function Numbers({ restaurant }: { restaurant: Restaurant }) {
  const [range, setRange] = useState<Range>(rangeOf("month", restaurant.today));
  return (
    <>
      <div className="flex flex-wrap items-end justify-between gap-x-6 gap-y-4">
        <div>
          <p className="text-sm text-muted">{longDay(restaurant.today, restaurant.currency)}</p>
          <h1 className="font-serif text-3xl tracking-tight md:text-4xl">{restaurant.name}</h1>
        </div>
        <RangePicker today={restaurant.today} onChange={setRange} />
      </div>
      <AskFromHome />
      <RevenueCard range={range} />
      <div className="grid gap-6 lg:grid-cols-2">
        <MenuCard range={range} />
        <OrdersCard range={range} />
      </div>
    </>
  );
}

function Skeleton() {
  return (
    <div className="flex flex-col gap-6" role="status" aria-label={text.home.loading(text.home.title)}>
      <div className="breathing h-16 w-64 rounded-2xl bg-sunken" />
      <div className="breathing h-80 rounded-2xl bg-sunken" />
    </div>
  );
}
