"""Words by which units are told from persons: what offices are called, and Chinese family names."""


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


OFFICE_WORDS = _words(
    """
    林业 林務 林业和草原 林草 农业 農業 农林 園林 园林 绿化 綠化 绿委 文化 文物 教育 財政 财政 水利 水务
    水務 交通 卫生 衛生 民政 城管 公安 警察 建设 建設 规划 規劃 环保 環保 旅游 旅遊 司法 立法 行政 监察
    監察 考试 考試 考選 銓敘 外交 国防 國防 经济 經濟 内政 內政 法务 法務 体育 體育 社会 社會 地政 工务
    工務 公园 公園 公路 铁路 鐵路 邮政 郵政 税务 稅務 审计 審計 商务 商務 科技 统计 統計 宗教 民族 宣传
    宣傳 环境 環境 资源 資源 测绘 測繪 管理 管护 保护 保護 管護 护林 护路 研究 科研 试验 試驗 检验 檢驗
    档案 檔案 图书 圖書 博物 文学 文學 纪念 紀念 美术 美術 展览 展覽 敬老 养老 養老 教养 教養 育幼 福利
    派出 招待 新工 公所 村民 居民 党支 支部 水电 水電 林工 国土 國土 自然 城建 市政 风景 風景 名胜 名勝
    党史 关帝 關帝 龙王 龍王 城隍 土地 玉皇 文昌 真武 娘娘 妈祖 媽祖 三官 碧霞 东岳 東嶽 火神 药王 藥王
    孔子 基督 天主
    """
)
"""What an office, hall or temple is for: with one of `ENDINGS` it names a unit (林业局, 关帝庙)."""

ENDINGS = "局处處署厅廳部委所院馆館会會站队隊厂廠科园園府寺庙廟宫宮观觀祠"
"""One-character ends of units; given names end so as well."""

LONG_ENDINGS = _words(
    """
    委员会 委員會 中心 公司 大学 大學 学院 學院 中学 中學 小学 小學 国小 國小 国中 國中 高中 学校 學校
    幼儿园 幼稚园 幼兒園 幼稚園 银行 銀行 社区 社區 教会 教會 人会 人會 基金会 基金會 协会 協會 联合会
    聯合會 商会 商會 公会 公會 村委 村委会 居委会 村民委员会 居民委员会 合作社 合作联社 办事处 辦事處
    街道办 分署 总队 總隊 分局 总局 總局 支队 大队 大隊 分队 司令部 指揮部 指挥部 政府 公所 农场 農場
    林场 林場 牧场 茶场 改良場 改良场 集团 集團 陵园 陵園 公园 公園 花园 植物园 植物園 動物園 动物园
    园区 園區 医院 醫院 卫生院 衛生院 法院 检察院 檢察署 检察署 事务所 事務所 派出所 研究所 研究院
    博物馆 博物館 纪念馆 紀念館 文化站 工作站 管理站 林业站 火车站 工厂 工廠 电厂 財團法人 财团法人
    社團法人 社团法人
    """
)
"""Ends of units that are hardly ever given names."""

SUBJECTS_EN = frozenset(
    _words(
        """
        agriculture arts buildings commerce community conservation culture education environment fisheries
        food forestry forests health heritage home housing information innovation lands leisure parks
        planning science sports technology tourism trade transport water works
        """
    )
)
"""What departments are for: before a comma in `Agriculture, Fisheries and Conservation Department`."""

COMPOUND_SURNAMES = _words(
    """
    欧阳 歐陽 司马 司馬 上官 诸葛 諸葛 东方 東方 皇甫 尉迟 尉遲 公孙 公孫 慕容 令狐 宇文 长孙 長孫 司徒
    司空 夏侯 端木 百里 呼延 东郭 南宫 南宮 申屠 轩辕 軒轅 独孤 獨孤 闻人 聞人 赫连 赫連 澹台 公冶 宗政
    濮阳 濮陽 淳于 单于 仲孙 太叔 钟离 鍾離
    """
)

SURNAMES = (
    "赵趙钱錢孙孫李周吴吳郑鄭王冯馮陈陳褚卫衛蒋蔣沈韩韓杨楊朱秦尤许許何吕呂施张張孔曹严嚴华華金魏陶姜"
    "戚谢謝邹鄒喻柏水窦竇章云雲苏蘇潘葛奚范彭郎鲁魯韦韋昌马馬苗凤鳳花方俞任袁柳酆鲍鮑史唐费費廉岑薛雷"
    "贺賀倪汤湯滕殷罗羅毕畢郝邬鄔安常乐樂于時时傅皮卞齐齊康伍余餘元卜顾顧孟平黄黃和穆萧蕭肖尹姚邵湛汪"
    "祁毛禹狄米贝貝明臧计計伏成戴谈談宋茅庞龐熊纪紀舒屈项項祝董梁杜阮蓝藍闵閔席季麻强強贾賈路娄婁危江"
    "童颜顏郭梅盛林刁钟鍾鐘徐邱丘骆駱高夏蔡田樊胡凌霍虞万萬支柯昝管卢盧莫房裘缪繆干解应應宗丁宣邓鄧郁"
    "单單杭洪包诸諸左石崔吉钮鈕龚龔程嵇邢滑裴陆陸荣榮翁荀羊惠甄曲家封芮储儲靳汲邴糜松井段富巫乌烏焦巴"
    "弓牧隗山谷车車侯宓蓬全郗班仰秋仲伊宫宮宁寧仇栾欒暴甘厉厲戎祖武符刘劉景詹束龙龍叶葉幸司韶郜黎蓟薄"
    "印宿白怀懷蒲邰从鄂索咸籍赖賴卓蔺藺屠蒙池乔喬阴陰胥能苍闻聞莘党黨翟谭譚贡貢劳勞逄姬申扶堵冉宰郦雍"
    "却璩桑桂濮牛寿壽通边邊扈燕冀浦尚农農温溫别庄莊晏柴瞿阎閻閆闫充慕连連茹习宦艾鱼容向古易慎戈廖庾终"
    "暨居衡步都耿满滿弘匡国國文寇广廣禄阙东欧歐沃利蔚越夔隆师師巩鞏聂聶晁勾敖融冷辛阚简簡饶饒空曾毋沙"
    "养鞠须丰豐巢关關相查后荆红游竺权盖益桓岳帅缑亢况況有琴商牟佘佴佟涂塗代覃付候苑甯原褟粟揭麦麥"
)
"""Family names of one character, simplified and traditional: the Hundred Family Surnames and others."""
